namespace Smplat.Core.Platform.Jobs;

/// <summary>Rows of a feature that grow old; the retention job lets them go.</summary>
public interface IExpiringRows
{
    /// <summary>Name in the job's summary.</summary>
    string Name { get; }

    /// <returns>Rows that went.</returns>
    Task<int> DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
