"""Addresses of the accounts."""

from django.urls import path

from accounts.views import own, signing
from accounts.views.staff import changes, imports, pages

app_name = "accounts"

urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("act-as/", signing.act_as, name="act_as"),
    path("profile/", own.profile, name="profile"),
    path("password/", own.ChangePassword.as_view(), name="password"),
    path("sessions/end/", own.sessions_end, name="sessions_end"),
    path("sessions/<int:pk>/end/", own.session_end, name="session_end"),
    path("staff/", pages.StaffList.as_view(), name="staff"),
    path("staff/add/", changes.AddStaff.as_view(), name="staff_add"),
    path("staff/import/", imports.Upload.as_view(), name="staff_import"),
    path("staff/import/template/", imports.template, name="staff_import_template"),
    path("staff/import/<int:pk>/", imports.detail, name="staff_import_detail"),
    path("staff/import/<int:pk>/start/", imports.start, name="staff_import_start"),
    path("staff/import/<int:pk>/refused/", imports.refused, name="staff_import_refused"),
    path("staff/import/<int:pk>/passwords/", imports.passwords, name="staff_import_passwords"),
    path("staff/<int:pk>/", pages.StaffDetail.as_view(), name="staff_detail"),
    path("staff/<int:pk>/edit/", changes.EditPerson.as_view(), name="staff_edit"),
    path("staff/<int:pk>/disable/", changes.Disable.as_view(), name="staff_disable"),
    path("staff/<int:pk>/enable/", changes.Enable.as_view(), name="staff_enable"),
    path("staff/<int:pk>/unlock/", changes.Unlock.as_view(), name="staff_unlock"),
    path("staff/<int:pk>/password/", changes.ResetPassword.as_view(), name="staff_password"),
    path("staff/<int:pk>/sign-out/", changes.SignOutEverywhere.as_view(), name="staff_sign_out"),
    path("staff/<int:pk>/postings/add/", changes.AddPosting.as_view(), name="staff_posting_add"),
    path("staff/<int:pk>/postings/<int:posting_pk>/end/", changes.EndPosting.as_view(), name="staff_posting_end"),
    path("staff/<int:pk>/postings/<int:posting_pk>/move/", changes.MovePosting.as_view(), name="staff_posting_move"),
    path("staff/<int:pk>/tokens/add/", changes.AddToken.as_view(), name="staff_token_add"),
    path("staff/<int:pk>/tokens/<int:token_pk>/revoke/", changes.RevokeToken.as_view(), name="staff_token_revoke"),
]
