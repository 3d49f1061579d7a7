"""The addresses of the desk. The unit is in the address, the language never is."""

from django.urls import path

from reskontra.desk import (
    analysis_pages,
    claim_pages,
    invoice_pages,
    language,
    list_pages,
    order_pages,
    payment_pages,
    refund_pages,
    run_pages,
    sign_in,
    views,
    write_off_pages,
)

urlpatterns = [
    path("", views.start, name="start"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-in/as", sign_in.sign_in_as, name="sign-in-as"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("language", language.choose_language, name="language"),
    path("unit", views.switch_unit, name="unit"),
    path("u/<str:code>/", views.home, name="home"),
    path("u/<str:code>/orders", order_pages.orders, name="orders"),
    path("u/<str:code>/orders/<int:number>", order_pages.order, name="order"),
    path("u/<str:code>/orders/<int:number>/act", order_pages.act, name="order-act"),
    path("u/<str:code>/orders/<int:number>/files/<str:digest>", order_pages.attachment, name="order-file"),
    path("u/<str:code>/invoices", invoice_pages.invoices, name="invoices"),
    path("u/<str:code>/invoices/<int:number>", invoice_pages.invoice, name="invoice"),
    path("u/<str:code>/invoices/<int:number>/finvoice.xml", invoice_pages.finvoice, name="finvoice"),
    path("u/<str:code>/invoices/<int:number>/invoice.pdf", invoice_pages.image, name="invoice-image"),
    path("u/<str:code>/invoices/<int:number>/page.png", invoice_pages.picture, name="invoice-picture"),
    path("u/<str:code>/payments", payment_pages.payments, name="payments"),
    path("u/<str:code>/payments/bank", payment_pages.bank, name="bank"),
    path("u/<str:code>/payments/refunds", refund_pages.refunds, name="refunds"),
    path("u/<str:code>/payments/refunds/<int:id>", refund_pages.refund, name="refund"),
    path("u/<str:code>/payments/refunds/<int:id>/act", refund_pages.act, name="refund-act"),
    path("u/<str:code>/payments/payers", list_pages.payers, name="payers"),
    path("u/<str:code>/payments/payers/contact", list_pages.contact, name="payer-contact"),
    path("u/<str:code>/payments/<int:id>", payment_pages.payment, name="payment"),
    path("u/<str:code>/payments/<int:id>/act", payment_pages.act, name="payment-act"),
    path("u/<str:code>/claims", claim_pages.claims, name="claims"),
    path("u/<str:code>/claims/blocks", list_pages.blocks, name="blocks"),
    path("u/<str:code>/claims/cases", list_pages.cases, name="cases"),
    path("u/<str:code>/claims/cases/<int:number>", list_pages.case, name="case"),
    path("u/<str:code>/claims/write-offs", write_off_pages.write_offs, name="write-offs"),
    path("u/<str:code>/claims/write-offs/<int:id>", write_off_pages.write_off, name="write-off"),
    path("u/<str:code>/claims/write-offs/<int:id>/act", write_off_pages.act, name="write-off-act"),
    path("u/<str:code>/claims/<str:reference>", claim_pages.claim, name="claim"),
    path("u/<str:code>/claims/<str:reference>/act", claim_pages.act, name="claim-act"),
    path("u/<str:code>/analysis", analysis_pages.analysis, name="analysis"),
    path("u/<str:code>/runs", run_pages.runs, name="runs"),
    path("u/<str:code>/runs/preview", run_pages.preview, name="run-preview"),
    path("u/<str:code>/runs/<int:id>", run_pages.run, name="run"),
    path("u/<str:code>/runs/<int:id>/apply", run_pages.apply_plan, name="run-apply"),
    path("u/<str:code>/runs/<int:id>/approve", refund_pages.approve, name="run-approve"),
    path("u/<str:code>/runs/<int:id>/decided/<str:outcome>", run_pages.decided, name="run-decided"),
    path("u/<str:code>/runs/<int:id>/files/<str:digest>", run_pages.left_file, name="run-file"),
    path("u/<str:code>/status", views.status, name="status"),
    path("healthz", views.health, name="health"),
]

handler400 = "reskontra.desk.problems.bad_request"
handler403 = "reskontra.desk.problems.refused"
handler404 = "reskontra.desk.problems.not_found"
handler500 = "reskontra.desk.problems.failed"
