namespace Smplat.Core.Commerce.Providers.Http;

/// <summary>Reads the vendor's wish to wait, given in seconds or as a date.</summary>
public static class RetryAfter
{
    public static TimeSpan? Of(HttpResponseMessage response, TimeProvider clock)
    {
        var wish = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wish is { } wait && wait < TimeSpan.Zero ? TimeSpan.Zero : wish;
    }
}
