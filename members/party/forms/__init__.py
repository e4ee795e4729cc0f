"""Forms of this subject. A person is named by words; where several are meant, the form asks which."""

from members.party.forms.choosing import WhoForm, WordsForm
from members.party.forms.doubles import ReportEndForm, ReportForm, ServiceForm
from members.party.forms.memberships import (
    AdmitForm,
    FullForm,
    HandOverForm,
    MemberEndForm,
    MemberFactsForm,
    ProlongForm,
    TakeInForm,
    TransferOutForm,
)
from members.party.forms.organisations import ChangeForm, EndForm, FoundForm, MoveForm
from members.party.forms.terms import DecisionForm, ElectionForm, ExtensionForm, PostEndForm, PostForm

__all__ = [
    "AdmitForm",
    "ChangeForm",
    "DecisionForm",
    "ElectionForm",
    "EndForm",
    "ExtensionForm",
    "FoundForm",
    "FullForm",
    "HandOverForm",
    "MemberEndForm",
    "MemberFactsForm",
    "MoveForm",
    "PostEndForm",
    "PostForm",
    "ProlongForm",
    "ReportEndForm",
    "ReportForm",
    "ServiceForm",
    "TakeInForm",
    "TransferOutForm",
    "WhoForm",
    "WordsForm",
]
