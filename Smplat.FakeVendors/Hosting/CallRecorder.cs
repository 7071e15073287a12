using Microsoft.AspNetCore.Http;

namespace Smplat.FakeVendors.Hosting;

/// <summary>The calls of one vendor, oldest first; the last ten thousand are kept.</summary>
public sealed class CallRecorder
{
    private const int Capacity = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<RecordedCall> _calls = [];
    private int _inFlight;

    /// <summary>The largest number of calls in flight at the same time.</summary>
    public int MostAtOnce { get; private set; }

    public IReadOnlyList<RecordedCall> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    public IReadOnlyList<RecordedCall> To(string path) =>
        [.. All.Where(call => call.Path.EndsWith(path, StringComparison.OrdinalIgnoreCase))];

    public int CountOf(string path) => To(path).Count;

    internal void Finish(RecordedCall call)
    {
        lock (_gate)
        {
            _inFlight--;
        }

        call.Finish();
    }

    public void Clear()
    {
        lock (_gate)
        {
            _calls.Clear();
        }
    }

    internal async Task<RecordedCall> TakeAsync(HttpContext context, DateTimeOffset at)
    {
        var request = context.Request;
        request.EnableBuffering();
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        request.Body.Position = 0;
        var headers = request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var call = new RecordedCall(
            at, request.Method, request.Path.Value!, request.QueryString.Value!, headers, body.ToArray());
        lock (_gate)
        {
            _calls.Enqueue(call);
            MostAtOnce = Math.Max(MostAtOnce, ++_inFlight);
            if (_calls.Count > Capacity)
                _calls.Dequeue();
        }

        return call;
    }
}

/// <summary>One request as received.</summary>
public sealed class RecordedCall(
    DateTimeOffset at, string method, string path, string query, IReadOnlyDictionary<string, string> headers, byte[] body)
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DateTimeOffset At => at;

    public string Method => method;

    public string Path => path;

    public string Query => query;

    public IReadOnlyDictionary<string, string> Headers => headers;

    public ReadOnlyMemory<byte> Body => body;

    public string BodyText => System.Text.Encoding.UTF8.GetString(body);

    /// <summary>0 until the answer begins, and for dropped or hung calls.</summary>
    public int Status { get; set; }

    /// <summary>Completes when the vendor has finished the call, whatever the result.</summary>
    public Task Finished => _finished.Task;

    public void Finish() => _finished.TrySetResult();

    public override string ToString() => $"{Method} {Path}{Query} -> {Status}";
}
