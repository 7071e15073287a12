using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Smplat.FakeVendors.Hosting;

/// <summary>Carries out a fault on one request.</summary>
public static class FaultInjection
{
    /// <param name="closing">Ends faults that last for ever, so that the vendor can stop.</param>
    public static Task RunAsync(HttpContext context, Fault? fault, Func<Task> answer, CancellationToken closing) => fault switch
    {
        null => answer(),
        Fault.Latency latency => AnswerLateAsync(latency, answer, closing),
        Fault.TooManyRequests limit => RefuseAsync(context, limit),
        Fault.Status status => WriteAsync(context, status.Code, status.Body),
        Fault.MalformedJson => WriteAsync(context, 200, """{"data":[{"name":"cut of"""),
        Fault.OddJson odd => WriteAsync(context, 200, odd.Body),
        Fault.SlowDrip drip => DripAsync(context, drip, answer, closing),
        Fault.ConnectionDrop drop => DropAsync(context, drop),
        Fault.Hang => Task.Delay(Timeout.InfiniteTimeSpan, closing).ContinueWith(_ => { }, TaskScheduler.Default),
        Fault.Flood flood => FloodAsync(context, flood, closing),
        _ => throw new InvalidOperationException($"Unknown fault {fault}."),
    };

    private static async Task AnswerLateAsync(Fault.Latency latency, Func<Task> answer, CancellationToken closing)
    {
        await Task.Delay(latency.Delay, closing).ContinueWith(_ => { }, TaskScheduler.Default);
        await answer();
    }

    private static Task RefuseAsync(HttpContext context, Fault.TooManyRequests limit)
    {
        if (limit.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, 429, """{"error":"rate limit exceeded"}""");
    }

    private static async Task WriteAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body, context.RequestAborted);
    }

    private static async Task DripAsync(HttpContext context, Fault.SlowDrip drip, Func<Task> answer, CancellationToken closing)
    {
        var wire = context.Response.Body;
        using var whole = new MemoryStream();
        context.Response.Body = whole;
        try
        {
            await answer();
        }
        finally
        {
            context.Response.Body = wire;
        }

        context.Response.ContentLength = whole.Length;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(closing, context.RequestAborted);
        foreach (var piece in whole.ToArray().Chunk(drip.BytesAtATime))
        {
            await wire.WriteAsync(piece, either.Token);
            await wire.FlushAsync(either.Token);
            await Task.Delay(drip.Pause, either.Token);
        }
    }

    private static async Task DropAsync(HttpContext context, Fault.ConnectionDrop drop)
    {
        if (drop.AfterHeaders)
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = 4096;
            await context.Response.WriteAsync("""{"data":[""", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        context.Abort();
    }

    private static async Task FloodAsync(HttpContext context, Fault.Flood flood, CancellationToken closing)
    {
        context.Response.ContentType = "application/json";
        var filler = new byte[64 * 1024];
        Array.Fill(filler, (byte)' ');
        for (var sent = 0L; sent < flood.Bytes && !closing.IsCancellationRequested; sent += filler.Length)
            await context.Response.Body.WriteAsync(filler, context.RequestAborted);
    }
}
