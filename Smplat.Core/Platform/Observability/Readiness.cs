using Smplat.Core.Platform.Caching;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Observability;

/// <summary>A part of the app that readiness reports on. The check has a time limit and may throw.</summary>
public interface IReadinessComponent
{
    /// <summary>Key in the <c>components</c> map.</summary>
    string Name { get; }

    Task<ComponentHealth> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>The status of one component, in order of severity.</summary>
public enum ComponentStatus
{
    Disabled,
    Ready,
    Starting,
    Degraded,
    Error,
}

/// <summary>The state of one component.</summary>
/// <param name="Detail">Why it is not ready, or what operators should know even if it is; no secrets.</param>
public sealed record ComponentHealth(
    ComponentStatus Status,
    string? Detail = null,
    DateTimeOffset? LastErrorAt = null,
    DateTimeOffset? LastSuccessAt = null)
{
    public static ComponentHealth Disabled { get; } = new(ComponentStatus.Disabled);

    public static ComponentHealth Ready { get; } = new(ComponentStatus.Ready);
}

/// <summary>The status of the app, from all components: <c>ready</c>, <c>degraded</c> or <c>error</c>.</summary>
public sealed record ReadinessReport(ComponentStatus Status, IReadOnlyDictionary<string, ComponentHealth> Components)
{
    public static ReadinessReport From(IReadOnlyDictionary<string, ComponentHealth> components)
    {
        var worst = components.Values.Select(state => state.Status).DefaultIfEmpty(ComponentStatus.Ready).Max();
        return new(RollUp(worst), components);
    }

    // A disabled component never lowers the status; one that is starting degrades it.
    private static ComponentStatus RollUp(ComponentStatus worst) => worst switch
    {
        ComponentStatus.Error => ComponentStatus.Error,
        ComponentStatus.Degraded or ComponentStatus.Starting => ComponentStatus.Degraded,
        _ => ComponentStatus.Ready,
    };
}

/// <summary>Checks every component, each with its own time limit, and keeps the report for five seconds.</summary>
public sealed class ReadinessCheck(IEnumerable<IReadinessComponent> components, TimeProvider clock) : IDisposable
{
    public static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ComponentTimeout = TimeSpan.FromSeconds(2);

    private readonly ShortLivedCache<ReadinessReport> _last = new(clock, CacheLifetime);

    public Task<ReadinessReport> CheckAsync(CancellationToken cancellationToken) =>
        _last.GetAsync((_, token) => CheckAllAsync(token), cancellationToken);

    public void Dispose() => _last.Dispose();

    private async Task<ReadinessReport> CheckAllAsync(CancellationToken cancellationToken)
    {
        var checks = await Task.WhenAll(components.Select(component => CheckAsync(component, cancellationToken)));
        return ReadinessReport.From(new SortedDictionary<string, ComponentHealth>(
            checks.ToDictionary(check => check.Name, check => check.Health), StringComparer.Ordinal));
    }

    private async Task<(string Name, ComponentHealth Health)> CheckAsync(
        IReadinessComponent component, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ComponentTimeout);
        try
        {
            // A component that ignores its token must not delay the report.
            return (component.Name, await component.CheckAsync(timeout.Token).WaitAsync(ComponentTimeout, cancellationToken));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var detail = DatabaseErrors.IsOutage(exception) || exception is OperationCanceledException
                ? "The database did not answer in time, so the state is unknown."
                : Redaction.Redact(exception.Message, 200);
            return (component.Name, new(ComponentStatus.Error, detail, clock.GetUtcNow()));
        }
    }
}

/// <summary>Checks a round trip to Postgres, and that the schema matches this build.</summary>
internal sealed class DatabaseComponent(DatabaseProbeStore probe, MigrationGate migrations, TimeProvider clock)
    : IReadinessComponent
{
    public string Name => "database";

    public async Task<ComponentHealth> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await probe.PingAsync(cancellationToken);
        }
        catch (Exception exception) when (DatabaseErrors.IsOutage(exception) || exception is OperationCanceledException)
        {
            return new(ComponentStatus.Error, "Postgres does not answer.", clock.GetUtcNow());
        }

        return migrations.IsOpen
            ? new(
                ComponentStatus.Ready,
                migrations.Newer.Count > 0 ? SchemaStatus.Explain(migrations.Newer) : null,
                LastSuccessAt: clock.GetUtcNow())
            : new(ComponentStatus.Starting, migrations.LastError ?? "Migrations are being applied.");
    }
}

/// <summary>Degraded while a changed setting is rejected and the last valid one is in use.</summary>
internal sealed class SettingsComponent(SettingsProblems problems) : IReadinessComponent
{
    public string Name => "settings";

    public Task<ComponentHealth> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(
        problems.Current.Count == 0
            ? ComponentHealth.Ready
            : new ComponentHealth(ComponentStatus.Degraded, string.Join(" ", problems.Current.Values)));
}
