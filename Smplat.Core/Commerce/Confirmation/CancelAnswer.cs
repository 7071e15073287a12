namespace Smplat.Core.Commerce.Confirmation;

/// <param name="RefundAmount">Dollars that the provider says it pays back; absent when it says nothing.</param>
public sealed record CancelAnswer(bool Success, string Message, string? Error = null, decimal? RefundAmount = null)
{
    public static CancelAnswer Refused(string code, string message) => new(false, message, code);
}
