"""Addresses of this subject, under `members:`."""

from django.urls import URLPattern, path

from members.party.views import doubles, figures, members, organisations, terms, transfers, tree

urlpatterns: list[URLPattern] = [
    path("", tree.TreePage.as_view(), name="party"),
    path("list/", tree.OrganisationList.as_view(), name="party_organisations"),
    path("figures/", figures.FiguresPage.as_view(), name="party_figures"),
    path("found/", organisations.Found.as_view(), name="party_found"),
    path("elections/", terms.ElectionList.as_view(), name="party_elections"),
    path("<int:pk>/", tree.OrganisationPage.as_view(), name="party_organisation"),
    path("<int:pk>/children/", tree.Children.as_view(), name="party_children"),
    path("<int:pk>/change/", organisations.Change.as_view(), name="party_change"),
    path("<int:pk>/move/", organisations.Move.as_view(), name="party_move"),
    path("<int:pk>/merge/", organisations.Merge.as_view(), name="party_merge"),
    path("<int:pk>/dissolve/", organisations.Dissolve.as_view(), name="party_dissolve"),
    path("<int:pk>/election/", terms.Election.as_view(), name="party_election"),
    path("<int:pk>/appoint/", terms.Appoint.as_view(), name="party_appoint"),
    path("<int:pk>/posts/<int:post_pk>/end/", terms.PostEnd.as_view(), name="party_post_end"),
    path("<int:pk>/extension/", terms.ExtensionAsk.as_view(), name="party_extension_ask"),
    path("<int:pk>/extension/decide/", terms.ExtensionDecide.as_view(), name="party_extension_decide"),
    path("<int:pk>/admit/", members.Admit.as_view(), name="party_admit"),
    path("<int:pk>/take-in/", members.TakeIn.as_view(), name="party_take_in"),
    path("members/", members.MemberList.as_view(), name="party_members"),
    path("members/<int:pk>/", members.MemberPage.as_view(), name="party_member"),
    path("members/<int:pk>/change/", members.MemberChange.as_view(), name="party_member_change"),
    path("members/<int:pk>/full/", members.Full.as_view(), name="party_full"),
    path("members/<int:pk>/prolong/", members.Prolong.as_view(), name="party_prolong"),
    path("members/<int:pk>/end/", members.MemberEnd.as_view(), name="party_member_end"),
    path("members/<int:pk>/hand-over/", members.HandOver.as_view(), name="party_hand_over"),
    path("members/<int:pk>/transfer-out/", members.TransferOut.as_view(), name="party_transfer_out"),
    path("transfers/", transfers.TransferList.as_view(), name="party_transfers"),
    path("transfers/<int:pk>/", transfers.TransferPage.as_view(), name="party_transfer"),
    path("transfers/<int:pk>/receive/", transfers.Receive.as_view(), name="party_receive"),
    path("transfers/<int:pk>/refuse/", transfers.Refuse.as_view(), name="party_refuse"),
    path("transfers/<int:pk>/withdraw/", transfers.Withdraw.as_view(), name="party_withdraw"),
    path("doubles/", doubles.DoubleList.as_view(), name="party_doubles"),
    path("doubles/report/", doubles.Report.as_view(), name="party_report"),
    path("doubles/<int:pk>/", doubles.DoublePage.as_view(), name="party_double"),
    path("doubles/<int:pk>/end/", doubles.ReportEnd.as_view(), name="party_report_end"),
    path("doubles/<int:pk>/service/", doubles.Service.as_view(), name="party_service"),
]
