using System.Text.Json.Serialization;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Commerce;

/// <summary>Health of the router and of each provider by its wire name. The HTTP status is always 200.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>, over the enabled providers.</param>
public sealed record HealthAnswer(
    bool Success,
    string Status,
    IReadOnlyDictionary<string, ProviderHealthAnswer> Providers,
    DateTimeOffset Timestamp);

/// <param name="Mode"><c>mock</c> or <c>real</c>.</param>
/// <param name="Circuit"><c>closed</c>, <c>open</c> or <c>half-open</c>.</param>
public sealed record ProviderHealthAnswer(
    bool Healthy, int LatencyMs, bool Enabled, string Mode, string Circuit, string? Error);

/// <summary>
/// Checks every enabled provider, in parallel and for at most five seconds. Results are kept for 30 seconds and concurrent
/// callers share one probe, so that health checks do not use up the vendors' quotas.
/// </summary>
public sealed class ProviderHealthCheck(
    ProviderRegistry registry, ProviderGateways gateways, ProviderCircuits circuits, TimeProvider clock)
{
    private static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Probe?[] _probes = new Probe?[ProviderIds.All.Count];

    public async Task<HealthAnswer> CheckAsync(CancellationToken cancellationToken)
    {
        var configs = registry.All;
        var results = await Task.WhenAll(configs.Select(ProbeAsync)).WaitAsync(cancellationToken);
        var providers = new Dictionary<string, ProviderHealthAnswer>();
        for (var index = 0; index < results.Length; index++)
        {
            providers[configs[index].Id.ToWire()] = Describe(configs[index], results[index]);
        }

        var enabled = providers.Values.Where(provider => provider.Enabled).ToArray();
        var status = enabled.Length > 0 && Array.TrueForAll(enabled, provider => provider.Healthy) ? "healthy"
            : Array.Exists(enabled, provider => provider.Healthy) ? "degraded"
            : "unhealthy";
        return new HealthAnswer(true, status, providers, clock.GetUtcNow());
    }

    private ProviderHealthAnswer Describe(ProviderConfig config, ProviderHealth health)
    {
        var circuit = circuits.For(config.Id);
        return new ProviderHealthAnswer(
            health.IsHealthy && circuit != CircuitState.Open,
            health.LatencyMs,
            config.Enabled,
            health.Mode == ProviderMode.Mock ? "mock" : "real",
            circuit switch
            {
                CircuitState.Open => "open",
                CircuitState.HalfOpen => "half-open",
                _ => "closed",
            },
            health.Error);
    }

    /// <summary>A disabled provider is not called: it may be off because it is compromised.</summary>
    private Task<ProviderHealth> ProbeAsync(ProviderConfig config)
    {
        if (!config.Enabled)
        {
            return Task.FromResult(new ProviderHealth(
                false, 0, config.Mock ? ProviderMode.Mock : ProviderMode.Real, "disabled"));
        }

        lock (_gate)
        {
            var known = _probes[(int)config.Id];
            if (known is null || known.Config != config || clock.GetElapsedTime(known.Start) >= Freshness)
            {
                _probes[(int)config.Id] = known = new Probe(config, clock.GetTimestamp(), RunAsync(config));
            }

            return known.Result;
        }
    }

    private async Task<ProviderHealth> RunAsync(ProviderConfig config)
    {
        var start = clock.GetTimestamp();
        var probe = Task.Run(() => gateways.For(config.Id).CheckHealthAsync(config, CancellationToken.None));
        try
        {
            return await probe.WaitAsync(Ceiling, clock);
        }
        catch (Exception exception)
        {
            _ = probe.ContinueWith(ended => ended.Exception, TaskScheduler.Default);
            var reason = exception is TimeoutException
                ? ProviderFailure.Timeout(config.Id, (int)Ceiling.TotalMilliseconds).Message
                : (exception as ProviderFailureException)?.Failure.Message ?? exception.GetType().Name;
            return new ProviderHealth(
                false,
                (int)clock.GetElapsedTime(start).TotalMilliseconds,
                config.Mock ? ProviderMode.Mock : ProviderMode.Real,
                reason);
        }
    }

    private sealed record Probe(ProviderConfig Config, long Start, Task<ProviderHealth> Result);
}

/// <summary>JSON of the health answer; see <see cref="CommerceJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(HealthAnswer))]
public sealed partial class HealthJson : JsonSerializerContext;
