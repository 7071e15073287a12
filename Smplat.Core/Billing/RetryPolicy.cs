using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Billing;

/// <summary>When a session is looked after again, and when somebody is told.</summary>
public static class RetryPolicy
{
    /// <summary>How long a new session is left alone, and one whose payment has just failed.</summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromMinutes(60);
    public static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan AfterRegeneration = TimeSpan.FromHours(12);

    private const int SlackFromAttempt = 3;
    private static readonly TimeSpan QuietBetweenNotices = TimeSpan.FromHours(6);

    /// <summary>10, 20, 40, 80, 160 and then at most 240 minutes.</summary>
    public static readonly Backoff Waits = new(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(240));

    public static bool IsForSlack(int attempt) => attempt >= SlackFromAttempt;

    /// <param name="lastStatus">The status at the last attempt; null before the first.</param>
    /// <param name="lastNoticeAt">When the last notice was sent or is about to be; null when none was.</param>
    public static bool ShouldNotify(string status, string? lastStatus, DateTimeOffset? lastNoticeAt, DateTimeOffset now) =>
        lastStatus is null || lastStatus != status || lastNoticeAt is null || now - lastNoticeAt >= QuietBetweenNotices;
}
