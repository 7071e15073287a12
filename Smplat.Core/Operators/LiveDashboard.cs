namespace Smplat.Core.Operators;

/// <summary>How routing went in one minute, or in all of them.</summary>
/// <param name="Minute">Null for the whole window.</param>
public sealed record RouterMinute(DateTimeOffset? Minute, long Requests, long Failures, double? P50Ms, double? P95Ms)
{
    public double? ErrorRate => Requests == 0 ? null : (double)Failures / Requests;
}

/// <summary>What came of asking one provider, in a stretch of time or over the whole window.</summary>
/// <param name="At">Start of the stretch; null for the whole window.</param>
public sealed record ProviderQuotes(string ProviderId, DateTimeOffset? At, long Calls, long Errors, double? P50Ms, double? P95Ms)
{
    public double? SuccessRate => Calls == 0 ? null : (double)(Calls - Errors) / Calls;
}

/// <summary>The real-time dashboard: the last hour.</summary>
public sealed record LiveDashboard(DateTimeOffset Since, DateTimeOffset Until, IReadOnlyList<RouterMinute> Minutes, IReadOnlyList<ProviderQuotes> Providers)
{
    /// <summary>Null when nothing was asked in the window.</summary>
    public RouterMinute? Total => Minutes.SingleOrDefault(minute => minute.Minute is null) is { Requests: > 0 } total ? total : null;
}
