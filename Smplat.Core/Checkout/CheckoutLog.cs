using Microsoft.Extensions.Logging;

namespace Smplat.Core.Checkout;

/// <summary>Log events of Checkout, ids 7200 to 7399.</summary>
internal static partial class CheckoutLog
{
    [LoggerMessage(7201, LogLevel.Information, "Recovery sweep of the checkout of order {OrderId} in stage {Stage}: {Verdict}, after {Prompts} prompts")]
    public static partial void Swept(ILogger logger, Guid orderId, string stage, SweepVerdict verdict, int prompts);
}
