namespace Smplat.Core.Platform.Database;

/// <summary>
/// What every statement about leased rows keeps to. Each is written out in its store, where it reads from top to bottom;
/// <c>LeaseStatementTests</c> holds them all to this shape.
/// <list type="bullet">
/// <item>A claim is one statement: rows that are due are chosen in an order, up to a limit, <c>for update skip locked</c>, and get
/// owner and end together. Claimants never wait for one another.</item>
/// <item>A lease ends by its time alone, never because a row looks old. It has ended when its end has passed, and also when
/// the end lies further ahead than <see cref="Implausible"/>: a clock that was wrong wrote it, and would keep the row for good.</item>
/// <item>Whoever renews, completes or gives back is fenced: the row must still carry this owner, and the attempt too where one
/// owner may hold the same row twice. Changed rows are counted; none means that the lease was lost.</item>
/// <item>Time comes from the caller as <c>@now</c>. No transaction stays open over a call to the outside.</item>
/// </list>
/// </summary>
public static class Lease
{
    /// <summary>By how much the clocks of two honest instances may differ.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    /// <param name="now">The caller's time.</param>
    /// <param name="longest">The longest lease that settings allow for these rows.</param>
    /// <returns>A lease that ends later than this counts as ended.</returns>
    public static DateTimeOffset Implausible(DateTimeOffset now, TimeSpan longest) => now + longest + Slack;
}
