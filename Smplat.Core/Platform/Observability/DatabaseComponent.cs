using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Observability;

/// <summary>A round trip to Postgres, and whether the schema is this build's.</summary>
public sealed class DatabaseComponent(DatabaseProbeStore probe, MigrationGate migrations, TimeProvider clock)
    : IReadinessComponent
{
    public string Name => "database";

    public async Task<ComponentState> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await probe.PingAsync(cancellationToken);
        }
        catch (Exception exception) when (Transient.IsOutage(exception) || exception is OperationCanceledException)
        {
            return new(ComponentStatus.Error, "Postgres does not answer.", clock.GetUtcNow());
        }

        return migrations.IsOpen
            ? new(
                ComponentStatus.Ready,
                migrations.Newer.Count > 0 ? SchemaStanding.Explain(migrations.Newer) : null,
                LastSuccessAt: clock.GetUtcNow())
            : new(ComponentStatus.Starting, migrations.LastError ?? "Migrations are being applied.");
    }
}
