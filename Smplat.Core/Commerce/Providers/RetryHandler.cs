using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Sends a repeatable request again after a passing fault, for as long as its budget allows. The answer is read to its end
/// here, so that a connection that breaks in the middle of a body counts as a fault too.
/// </summary>
internal sealed class RetryHandler(TimeProvider clock) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = VendorCall.Of(request);
        for (var attempt = 0; ; attempt++)
        {
            var (response, fault) = await AttemptAsync(request, cancellationToken);
            var retryAfter = RetryAfterHeader.Read(response?.Headers.RetryAfter, clock.GetUtcNow());
            var delay = !call.IsRepeatable || attempt >= call.Budget.Retries
                ? null
                : RetryPolicy.DelayBefore(attempt, (int?)response?.StatusCode, retryAfter, call.Budget.Left, Random.Shared.NextDouble());
            if (delay is not { } wait)
            {
                return response ?? throw fault!;
            }

            response?.Dispose();
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    private async Task<(HttpResponseMessage? Response, HttpRequestException? Fault)> AttemptAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(VendorHttp.LongestAnswer, cancellationToken);
            return (response, null);
        }
        catch (HttpRequestException fault)
            when (!cancellationToken.IsCancellationRequested && fault.InnerException is not PrivateAddressException)
        {
            response?.Dispose();
            return (null, fault);
        }
    }
}
