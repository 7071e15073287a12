namespace Smplat.Core.Commerce.Providers;

/// <summary>Lets only so many calls out at the same time; the others wait for as long as their token allows.</summary>
internal sealed class GateHandler(int concurrency) : DelegatingHandler
{
    private readonly SemaphoreSlim _gate = new(concurrency, concurrency);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gate.Dispose();
        }

        base.Dispose(disposing);
    }
}
