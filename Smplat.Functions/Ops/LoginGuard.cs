using Microsoft.Extensions.Options;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Observability;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>
/// Locks an address out after too many wrong keys; a right key does not help while it lasts. Counted per instance and in
/// memory, so that operators can log in while the database is away.
/// </summary>
public sealed class LoginGuard(RateLimiter limiter, IOptionsMonitor<OpsPageOptions> options, DurableCounters counters, TimeProvider clock)
{
    /// <returns>How long the address is still locked out; null when it is not.</returns>
    public TimeSpan? LockedFor(string address)
    {
        var verdict = limiter.Look(NameOf(address), Rule);
        return verdict.Allowed ? null : verdict.ResetAt - clock.GetUtcNow();
    }

    public void Fail(string address)
    {
        counters.Increment("smplat_auth_attempts_total", ("outcome", "failure"));
        if (limiter.Take(NameOf(address), Rule) is { Allowed: true, Remaining: 0 })
        {
            counters.Increment("smplat_auth_lockouts_total");
        }
    }

    public void Succeed() => counters.Increment("smplat_auth_attempts_total", ("outcome", "success"));

    private RateRule Rule => new(options.CurrentValue.LoginAttempts, TimeSpan.FromMinutes(options.CurrentValue.LockoutMinutes));

    private static string NameOf(string address) => $"ops-login:{address}";
}
