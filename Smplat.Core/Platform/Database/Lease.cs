namespace Smplat.Core.Platform.Database;

/// <summary>
/// The rules for every statement about leased rows. Each statement is written out in its own store, where it reads from top to
/// bottom; <c>LeaseStatementTests</c> checks that all of them follow these rules.
/// <list type="bullet">
/// <item>A claim is one statement: it selects due rows in order, up to a limit, <c>for update skip locked</c>, and sets owner
/// and expiry together. Claimants never wait for one another.</item>
/// <item>Only time ends a lease, never the age of the row. A lease has expired when its expiry has passed, and also when the
/// expiry is later than <see cref="Implausible"/>: it was written by a wrong clock, and would block the row indefinitely.</item>
/// <item>Renewing, completing and releasing are fenced: the row must still have this owner, and also this attempt where one
/// owner may hold the same row twice. Changed rows are counted; zero means that the lease was lost.</item>
/// <item>The caller passes the time as <c>@now</c>. No transaction stays open during an external call.</item>
/// </list>
/// </summary>
internal static class Lease
{
    /// <summary>The largest clock difference between two correctly set instances.</summary>
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(5);

    /// <param name="now">The caller's time.</param>
    /// <param name="longest">The longest lease that the settings allow for these rows.</param>
    /// <returns>A lease that ends later than this counts as expired.</returns>
    public static DateTimeOffset Implausible(DateTimeOffset now, TimeSpan longest) => now + longest + MaxClockSkew;
}
