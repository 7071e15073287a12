using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Posts to Slack's incoming webhooks.</summary>
public sealed class SlackGateway : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, SlackTarget> _targets;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;

    public SlackGateway(IEnumerable<SlackTarget> targets, OutgoingHttp outgoing, TimeProvider clock)
    {
        _client = new(outgoing.HandlerForSettings(sockets => sockets.ConnectTimeout = TimeSpan.FromSeconds(5)))
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = 16 * 1024,
        };
        _targets = targets.ToDictionary(target => target.Name);
        _clock = clock;
    }

    /// <summary>False when there is no such target or its webhook is not set.</summary>
    public bool IsOn(string? target) => Find(target) is not null;

    public async Task<DeliveryOutcome> SendAsync(
        string? target, string text, BeforeSend beforeSend, CancellationToken cancellationToken)
    {
        if (Find(target) is not var (webhook, channel))
        {
            return new DeliveryOutcome.Rejected($"There is no Slack target \"{target}\".");
        }

        if (!await beforeSend(cancellationToken))
        {
            return new DeliveryOutcome.LeaseLost();
        }

        using var deadline = new CancellationTokenSource(Timeout, _clock);
        var body = channel is null ? (object)new { text } : new { text, channel };
        try
        {
            using var answer = await _client.PostAsJsonAsync(webhook, body, deadline.Token);
            return Read(answer);
        }
        catch (HttpRequestException exception) when (exception.InnerException is PrivateAddressException refusal)
        {
            return new DeliveryOutcome.ReceiverUnavailable(refusal.Message);
        }
        catch (HttpRequestException exception) when (exception.InnerException is SocketException)
        {
            // The connection was never opened, so nothing was sent.
            return new DeliveryOutcome.ReceiverUnavailable("Slack cannot be reached.");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return new DeliveryOutcome.Unknown($"Slack did not answer: {exception.GetType().Name}.");
        }
    }

    public void Dispose() => _client.Dispose();

    private (Uri Webhook, string? Channel)? Find(string? target) =>
        target is not null && _targets.TryGetValue(target, out var found) ? found.Read() : null;

    private DeliveryOutcome Read(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        return answer.StatusCode switch
        {
            _ when answer.IsSuccessStatusCode => new DeliveryOutcome.Delivered(null),
            HttpStatusCode.TooManyRequests => new DeliveryOutcome.Failed(
                "Slack answered 429.", RetryAfterHeader.Read(answer.Headers.RetryAfter, _clock.GetUtcNow())),
            _ when status >= 500 => new DeliveryOutcome.Failed($"Slack answered {status}."),
            _ => new DeliveryOutcome.Rejected($"Slack answered {status}."),
        };
    }
}

/// <summary>
/// A named Slack webhook. Messages contain the name; the address is a secret and stays in the settings.
/// </summary>
/// <param name="Read">The current webhook and channel; null while the webhook is not set.</param>
public sealed record SlackTarget(string Name, Func<(Uri Webhook, string? Channel)?> Read);
