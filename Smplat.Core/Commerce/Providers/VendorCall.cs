namespace Smplat.Core.Commerce.Providers;

/// <summary>What the handlers on the way out need to know of a request.</summary>
/// <param name="Endpoint">The vendor's endpoint as its quota counts it: a bounded word such as products, never a path.</param>
/// <param name="IsRepeatable">Whether a second attempt cannot take effect twice. Reads are; orders and carts are not.</param>
/// <param name="IsForShopper">Sent with a shopper's own token, so that a refusal says nothing about our credentials.</param>
internal sealed record VendorCall(
    ProviderId Id, string Endpoint, CallBudget Budget, bool IsRepeatable = true, bool IsForShopper = false)
{
    private static readonly HttpRequestOptionsKey<VendorCall> Key = new("smplat.vendor-call");

    public void Mark(HttpRequestMessage request) => request.Options.Set(Key, this);

    public static VendorCall Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var call)
            ? call
            : throw new InvalidOperationException("A vendor request was sent without its call.");
}
