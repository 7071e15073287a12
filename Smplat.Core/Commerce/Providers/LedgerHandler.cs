namespace Smplat.Core.Commerce.Providers;

/// <summary>Books every attempt that really went out, with how it ended.</summary>
internal sealed class LedgerHandler(VendorCallLedger ledger, TimeProvider clock) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = VendorCall.Of(request);
        var start = clock.GetTimestamp();
        int? status = null;
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            status = (int)response.StatusCode;
            return response;
        }
        finally
        {
            ledger.Book(call.Id, call.Endpoint, status, clock.GetElapsedTime(start), call.IsForShopper);
        }
    }
}
