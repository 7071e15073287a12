using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

public sealed record BillingOff() : NotFound("billing.disabled", "Billing center is not enabled");

public sealed record WorkspaceNotAdmitted() : NotFound("billing.workspace", "Billing center unavailable for workspace");

public sealed record UnknownSession() : NotFound("billing.unknown_session", "Session not found");

public sealed record SessionCompleted() : Conflict("billing.completed", "Cannot regenerate a completed session");

public sealed record SessionModified() : Conflict("billing.modified", "Session was modified; read it again");

public sealed record InvoiceSettled() : Conflict("billing.settled", "The invoice has nothing left to pay");

public sealed record NoReturnUrls() : Invalid("billing.urls", "successUrl and cancelUrl are required");

public sealed record ProviderRefused(string Reason) : Unavailable("billing.provider", $"The payment provider made no session: {Reason}");

public sealed record UnsupportedStatus() : Invalid("billing.status", "Unsupported hosted session status filter");
