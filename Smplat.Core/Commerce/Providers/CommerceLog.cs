using Microsoft.Extensions.Logging;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Log lines of Commerce, event ids 2000 to 2999. None holds names, streets or tokens.</summary>
internal static partial class CommerceLog
{
    [LoggerMessage(2001, LogLevel.Warning, "provider_fallback {ProviderId}: {FallbackMode} quote after {Reason}")]
    public static partial void ProviderFallback(ILogger logger, string providerId, string reason, string fallbackMode);

    [LoggerMessage(2002, LogLevel.Error, "{Count} routing sessions were not committed: {Reason}")]
    public static partial void SessionsNotCommitted(ILogger logger, int count, string reason, Exception exception);

    [LoggerMessage(2003, LogLevel.Warning, "{Count} log lines wait for the database: {Reason}")]
    public static partial void EdgeLogWaits(ILogger logger, int count, string reason);

    [LoggerMessage(2004, LogLevel.Error, "{Count} log lines were dropped: {Reason}")]
    public static partial void EdgeLogDropped(ILogger logger, int count, string reason, Exception exception);

    [LoggerMessage(2009, LogLevel.Warning, "The database refused a log line of {Event}; it is kept as text: {Problem}")]
    public static partial void EdgeLogRefused(ILogger logger, string @event, string problem);

    [LoggerMessage(2010, LogLevel.Error,
        "provider_quote_error {ProviderId}: {Error} ({ErrorCode}, retryable {Retryable}) after {LatencyMs} ms in {RequestId}")]
    public static partial void QuoteError(
        ILogger logger, string providerId, string error, string errorCode, bool retryable, int latencyMs, string requestId);

    // Debug: edge_logs holds the same facts, and thousands of lines a second would cost more than the decisions.
    [LoggerMessage(2011, LogLevel.Debug,
        "commerce.route_order.success {RequestId}: {ProviderId} of {Quotes} quotes, {TotalCents} cents, score {Score}, {DurationMs} ms")]
    public static partial void Routed(
        ILogger logger, string requestId, string providerId, int quotes, long totalCents, decimal score, int durationMs);

    [LoggerMessage(2012, LogLevel.Error, "commerce.route_order.failure {RequestId}: {ErrorCode}, asked {Attempted}, {DurationMs} ms")]
    public static partial void NotRouted(ILogger logger, string requestId, string errorCode, string attempted, int durationMs);

    [LoggerMessage(2013, LogLevel.Information,
        "{ProviderId} has nothing to offer: {Error} ({ErrorCode}) after {LatencyMs} ms in {RequestId}")]
    public static partial void QuoteRefused(
        ILogger logger, string providerId, string error, string errorCode, int latencyMs, string requestId);

    [LoggerMessage(2025, LogLevel.Information,
        "commerce.route_order.refusal {RequestId}: {ErrorCode}, asked {Attempted}, {DurationMs} ms")]
    public static partial void NothingOffered(ILogger logger, string requestId, string errorCode, string attempted, int durationMs);

    [LoggerMessage(2020, LogLevel.Information,
        "commerce.confirm_order.{Result} {RequestId}: {ProviderId} {ErrorCode}, {DurationMs} ms")]
    public static partial void Confirmed(
        ILogger logger, string result, string requestId, string? providerId, string? errorCode, int durationMs);

    [LoggerMessage(2021, LogLevel.Warning, "commerce.failover_attempt {RequestId}: from {FailoverFrom} to {ProviderId} after {Reason}")]
    public static partial void Failover(
        ILogger logger, string requestId, string failoverFrom, string providerId, string reason);

    [LoggerMessage(2022, LogLevel.Error,
        "A confirmation of {RequestId} at {ProviderId} cannot be resolved: {Reason}; it stays claimed and is looked up again later")]
    public static partial void Unresolved(ILogger logger, string requestId, string providerId, string reason);

    [LoggerMessage(2023, LogLevel.Error,
        "Operators must settle attempt {Attempt} of {RequestId} at {ProviderId}: {Reason}. Ask the provider whether the order exists, have it cancelled if it should not, and record the answer with the route of open placements")]
    public static partial void HandedOver(ILogger logger, string requestId, string providerId, string attempt, string reason);

    [LoggerMessage(2024, LogLevel.Error, "The confirmation of {RequestId} was not recovered this time: {Reason}")]
    public static partial void NotRecovered(ILogger logger, string requestId, string reason, Exception exception);

    [LoggerMessage(2030, LogLevel.Warning, "The provider statistics were not refreshed: {Reason}")]
    public static partial void ProviderStatsNotRefreshed(ILogger logger, string reason);

    [LoggerMessage(2031, LogLevel.Warning, "{Count} shadow scores were dropped: {Reason}")]
    public static partial void ShadowScoresDropped(ILogger logger, int count, string reason);

    [LoggerMessage(2032, LogLevel.Information,
        "Shopper-fair guard: {RequestId} goes to {ProviderId} instead of {Instead}, which is more expensive and not faster")]
    public static partial void FairGuard(ILogger logger, string requestId, string providerId, string instead);
}
