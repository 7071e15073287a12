using Smplat.Core.Platform.Database;

namespace Smplat.Core.Billing;

/// <summary>Two clients, each with an invoice whose payment failed, so that the hosted recovery has work to do.</summary>
internal sealed class BillingSample(BillingSampleStore store, TimeProvider clock) : ISampleData
{
    public static readonly Guid Ada = new("0198f000-0000-7000-8000-00000000ada0");
    public static readonly Guid Ben = new("0198f000-0000-7000-8000-00000000be90");

    public async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await store.AddAsync(Ada, "ada@example.test", "Ada", "Europe/Berlin", "INV-2026-001", 320m, now, cancellationToken);
        await store.AddAsync(Ben, "ben@example.test", "Ben", "America/Denver", "INV-2026-002", 85m, now, cancellationToken);
        return true;
    }

    public async Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken)
    {
        await store.DropAsync(Ada, cancellationToken);
        await store.DropAsync(Ben, cancellationToken);
    }
}
