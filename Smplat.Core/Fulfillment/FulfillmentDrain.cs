using Microsoft.Extensions.Options;

namespace Smplat.Core.Fulfillment;

/// <summary>Carries out due tasks until none is left or the time is over. Safe to run side by side with others.</summary>
public sealed class FulfillmentDrain(DrainParts parts, IOptionsMonitor<FulfillmentOptions> options)
{
    /// <param name="owner">This run in the leases; unique for ever.</param>
    /// <param name="cancellationToken">Stops claiming; running tasks get a moment to finish, the rest is given back.</param>
    /// <exception cref="DrainFailedException">The run could not go on, for example because the database went away.</exception>
    public async Task<DrainReport> RunAsync(string owner, CancellationToken cancellationToken)
    {
        await using var run = new DrainRun(parts, options.CurrentValue, owner, cancellationToken);
        return await run.RunAsync();
    }
}
