using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Smplat.FakeVendors.Hosting;

/// <summary>What a vendor does instead of, or before, its normal answer.</summary>
public abstract record Fault
{
    /// <summary>Does what was asked and answers normally, but late, also when the caller has gone.</summary>
    public sealed record Latency(TimeSpan Delay) : Fault;

    /// <summary>Does what was asked, then closes the connection instead of answering.</summary>
    public sealed record LostAnswer : Fault;

    /// <summary>Refuses with 429; without seconds there is no Retry-After header.</summary>
    public sealed record TooManyRequests(int? RetryAfterSeconds = null) : Fault;

    /// <summary>Answers with another status and an unrelated body.</summary>
    public sealed record Status(int Code, string Body = """{"error":"fault"}""") : Fault;

    /// <summary>200 with JSON that stops in the middle.</summary>
    public sealed record MalformedJson : Fault;

    /// <summary>200 with well-formed JSON of an unexpected shape.</summary>
    public sealed record OddJson(string Body = """{"unexpected":[1,"two",null]}""") : Fault;

    /// <summary>The normal answer, a few bytes at a time.</summary>
    public sealed record SlowDrip(int BytesAtATime, TimeSpan Pause) : Fault;

    /// <summary>Closes the connection before or during the answer.</summary>
    public sealed record ConnectionDrop(bool AfterHeaders = false) : Fault;

    /// <summary>Keeps the connection open and never answers, even after the client has disconnected.</summary>
    public sealed record Hang : Fault;

    /// <summary>A very long 200: more bytes than any client should read.</summary>
    public sealed record Flood(long Bytes) : Fault;
}

/// <summary>The faults to inject, in order: those with a count first, then the permanent one with the longest path.</summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<PlannedFault> _planned = [];

    /// <summary>Applies to every call below the path until cleared.</summary>
    public void Always(Fault fault, string path = "/") => Add(new PlannedFault(fault, path, int.MaxValue));

    /// <summary>Applies to the next calls below the path only.</summary>
    public void Next(Fault fault, int times = 1, string path = "/") => Add(new PlannedFault(fault, path, times));

    public void Clear()
    {
        lock (_gate)
        {
            _planned.Clear();
        }
    }

    /// <param name="query">The query with its question mark, so that one search among several can fail.</param>
    public Fault? Take(PathString path, QueryString query)
    {
        var target = path.Value + Uri.UnescapeDataString(query.Value ?? "");
        lock (_gate)
        {
            var due = _planned
                .Where(planned => target.StartsWith(planned.Path, StringComparison.OrdinalIgnoreCase))
                .OrderBy(planned => planned.Left == int.MaxValue)
                .ThenByDescending(planned => planned.Left == int.MaxValue ? planned.Path.Length : 0)
                .FirstOrDefault();
            if (due is null)
                return null;
            if (due.Left != int.MaxValue && --due.Left == 0)
                _planned.Remove(due);
            return due.Fault;
        }
    }

    private void Add(PlannedFault planned)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(planned.Left);
        lock (_gate)
        {
            _planned.Add(planned);
        }
    }

    private sealed class PlannedFault(Fault fault, string path, int left)
    {
        public Fault Fault => fault;

        public string Path => path;

        public int Left { get; set; } = left;
    }
}

/// <summary>Applies a fault to one request.</summary>
public static class FaultInjection
{
    /// <param name="closing">Ends endless faults, so that the vendor can stop.</param>
    public static Task RunAsync(HttpContext context, Fault? fault, Func<Task> answer, CancellationToken closing) => fault switch
    {
        null => answer(),
        Fault.Latency latency => AnswerLateAsync(context, latency, answer, closing),
        Fault.TooManyRequests limit => RefuseAsync(context, limit),
        Fault.Status status => WriteAsync(context, status.Code, status.Body),
        Fault.MalformedJson => WriteAsync(context, 200, """{"data":[{"name":"cut of"""),
        Fault.OddJson odd => WriteAsync(context, 200, odd.Body),
        Fault.SlowDrip drip => DripAsync(context, drip, answer, closing),
        Fault.LostAnswer => LoseAnswerAsync(context, answer),
        Fault.ConnectionDrop drop => DropAsync(context, drop),
        Fault.Hang => Task.Delay(Timeout.InfiniteTimeSpan, closing).ContinueWith(_ => { }, TaskScheduler.Default),
        Fault.Flood flood => FloodAsync(context, flood, closing),
        _ => throw new InvalidOperationException($"Unknown fault {fault}."),
    };

    private static async Task AnswerLateAsync(HttpContext context, Fault.Latency latency, Func<Task> answer, CancellationToken closing)
    {
        context.RequestAborted = CancellationToken.None;
        await Task.Delay(latency.Delay, closing).ContinueWith(_ => { }, TaskScheduler.Default);
        await answer();
    }

    private static async Task LoseAnswerAsync(HttpContext context, Func<Task> answer)
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

        context.Abort();
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
