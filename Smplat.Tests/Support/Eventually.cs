using System.Diagnostics;

namespace Smplat.Tests.Support;

/// <summary>Waits for what another thread or process brings about: asks again and again, up to a deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    public static Task BecomesTrueAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        BecomesTrueAsync(() => Task.FromResult(condition()), what, within);

    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waited.Elapsed > (within ?? Patience))
            {
                Assert.Fail($"Waited {waited.Elapsed.TotalSeconds:0.0} s in vain for: {what}.");
            }

            await Task.Delay(Pause);
        }
    }

    /// <summary>Waits for a value that satisfies the condition, and gives it.</summary>
    public static async Task<T> GivesAsync<T>(Func<Task<T>> ask, Func<T, bool> condition, string what, TimeSpan? within = null)
    {
        T last = default!;
        await BecomesTrueAsync(async () => condition(last = await ask()), what, within);
        return last;
    }
}
