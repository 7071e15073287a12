namespace Smplat.Core.Commerce.Providers;

/// <summary>Asks for many things at once, but only so many at the same time.</summary>
internal static class BoundedFanOut
{
    /// <summary>
    /// Results in the order of the inputs. The first failure cancels the rest and is thrown: a vendor that refuses one
    /// call will refuse the next, and asking on would only burn its quota.
    /// </summary>
    public static async Task<IReadOnlyList<TResult>> AllAsync<T, TResult>(
        IReadOnlyList<T> inputs, int concurrency, Func<T, CancellationToken, Task<TResult>> ask, CancellationToken cancellationToken)
    {
        var results = new TResult[inputs.Count];
        var choice = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, inputs.Count, choice, async (index, token) => results[index] = await ask(inputs[index], token));
        return results;
    }
}
