namespace Smplat.Core.Commerce.Providers;

/// <summary>Takes one call out of the vendor's daily quota before each attempt; an empty bucket fails the call without sending it.</summary>
internal sealed class QuotaHandler(VendorQuotas quotas) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = VendorCall.Of(request);
        return await quotas.TryTakeAsync(call.Id, call.Endpoint, cancellationToken)
            ? await base.SendAsync(request, cancellationToken)
            : throw new ProviderFailureException(ProviderFailure.QuotaExhausted(call.Id));
    }
}
