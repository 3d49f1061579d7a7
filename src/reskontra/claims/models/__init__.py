"""Receivables. A claim is born with its invoice; what is open is derived from the facts that followed."""

from reskontra.claims.models.blocks import Block, BlockExtension, BlockLift, Complaint, ComplaintAnswer
from reskontra.claims.models.cases import (
    Case,
    CaseClaim,
    CaseEvent,
    CaseSignature,
    FeeDeducted,
    SummonsStatement,
)
from reskontra.claims.models.deferrals import (
    Deferral,
    DeferralClaim,
    DeferralDecision,
    DeferralEnd,
    DeferralRefusal,
    DeferralRequest,
    Instalment,
)
from reskontra.claims.models.exclusions import Exclusion, ExclusionEnd
from reskontra.claims.models.interest import InterestCharge, InterestInvoice, InterestLine, InterestWaiver
from reskontra.claims.models.letters import Letter, LetterDelivery
from reskontra.claims.models.limitation import Interruption
from reskontra.claims.models.refunds import (
    OverpaymentDecision,
    PayerContact,
    Refund,
    RefundAccount,
    RefundAnswer,
    RefundApproval,
    RefundChoice,
    RefundInquiry,
    RefundRequest,
)
from reskontra.claims.models.reminders import Cost, Reminder
from reskontra.claims.models.settlements import (
    Allocation,
    Claim,
    ClaimDecision,
    Overpayment,
    PaymentDecision,
    PaymentPointing,
    PaymentReversal,
    SidePayment,
    WriteOff,
)
from reskontra.claims.models.write_offs import (
    FollowUp,
    Valuation,
    WriteOffApproval,
    WriteOffProposal,
    WriteOffRefusal,
)

__all__ = [
    "Allocation",
    "Block",
    "BlockExtension",
    "BlockLift",
    "Case",
    "CaseClaim",
    "CaseEvent",
    "CaseSignature",
    "Claim",
    "ClaimDecision",
    "Complaint",
    "ComplaintAnswer",
    "Cost",
    "Deferral",
    "DeferralClaim",
    "DeferralDecision",
    "DeferralEnd",
    "DeferralRefusal",
    "DeferralRequest",
    "Exclusion",
    "ExclusionEnd",
    "FeeDeducted",
    "FollowUp",
    "Instalment",
    "InterestCharge",
    "InterestInvoice",
    "InterestLine",
    "InterestWaiver",
    "Interruption",
    "Letter",
    "LetterDelivery",
    "Overpayment",
    "OverpaymentDecision",
    "PayerContact",
    "PaymentDecision",
    "PaymentPointing",
    "PaymentReversal",
    "Refund",
    "RefundAccount",
    "RefundAnswer",
    "RefundApproval",
    "RefundChoice",
    "RefundInquiry",
    "RefundRequest",
    "Reminder",
    "SidePayment",
    "SummonsStatement",
    "Valuation",
    "WriteOff",
    "WriteOffApproval",
    "WriteOffProposal",
    "WriteOffRefusal",
]
