namespace Smplat.FakeVendors.Hosting;

/// <summary>One request as it came over the wire.</summary>
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

    /// <summary>0 until the answer began; a dropped or hung call keeps it.</summary>
    public int Status { get; set; }

    /// <summary>Ends when the vendor is done with the call, whatever came of it.</summary>
    public Task Finished => _finished.Task;

    public void Finish() => _finished.TrySetResult();

    public override string ToString() => $"{Method} {Path}{Query} -> {Status}";
}
