using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Smplat.Tests.Analytics;

/// <summary>A client that follows the contract: it sends the same request again until it succeeds.</summary>
internal sealed class RepeatingClient(AppUrl app, int index)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly List<Guid> _acknowledged = [];

    public IReadOnlyList<Guid> Acknowledged
    {
        get
        {
            lock (_acknowledged)
            {
                return [.. _acknowledged];
            }
        }
    }

    public int Failures { get; private set; }

    public int Duplicates { get; private set; }

    /// <summary>Runs until it is stopped, and then until its last request has succeeded.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
        while (!stop.IsCancellationRequested)
        {
            // Some clients send one event at a time, others batches above and below the switch to COPY.
            var ids = Enumerable.Range(0, index % 3 == 0 ? 1 : index % 3 == 1 ? 20 : 300).Select(_ => Guid.CreateVersion7()).ToArray();
            var body = ids.Length == 1 ? Event(ids[0]) : $"[{string.Join(',', ids.Select(Event))}]";
            while (!await TrySendAsync(http, body))
            {
                Failures++;
                await Task.Delay(Pause, CancellationToken.None);
            }

            lock (_acknowledged)
            {
                _acknowledged.AddRange(ids);
            }
        }
    }

    private async Task<bool> TrySendAsync(HttpClient http, string body)
    {
        if (app.Current is not { } url)
        {
            return false;
        }

        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri(url, AnalyticsFixture.Path), content);
            var text = await answer.Content.ReadAsStringAsync();
            Duplicates += text.Contains("\"duplicate\"", StringComparison.Ordinal) ? 1 : 0;
            return answer.StatusCode == HttpStatusCode.Accepted;
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException or TaskCanceledException)
        {
            return false;
        }
    }

    private static string Event(Guid id) => JsonSerializer.Serialize(
        new { offer_slug = "killed", event_type = "impression", event_id = id, metadata = new { presetId = "p" } });
}

/// <summary>The current URL of the app; it changes with every start.</summary>
internal sealed class AppUrl
{
    private volatile Uri? _current;

    public Uri? Current
    {
        get => _current;
        set => _current = value;
    }
}
