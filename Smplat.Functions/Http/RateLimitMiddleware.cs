using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Options;

namespace Smplat.Functions.Http;

/// <summary>Counts requests to limited routes and tells every caller where it stands.</summary>
public sealed class RateLimitMiddleware(
    RateLimiter limiter, FunctionTraits traits, IOptionsMonitor<RateOptions> options, TimeProvider clock)
    : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http || traits.Of(context.FunctionDefinition).Rate is not { } category)
        {
            return next(context);
        }

        var caller = http.Caller();
        var (identity, rule) = caller.Key is { } key
            ? ($"key:{key.Name}", new RateRule(options.CurrentValue.Keyed, TimeSpan.FromSeconds(60)))
            : ($"{category}:{caller.Address}", options.CurrentValue.RuleFor(category));
        if (rule.Limit == 0)
        {
            return next(context);
        }

        var verdict = limiter.Take(identity, rule);
        Tell(http.Response.Headers, verdict);
        if (verdict.Allowed)
        {
            return next(context);
        }

        var wait = Math.Max(1, (int)Math.Ceiling((verdict.ResetAt - clock.GetUtcNow()).TotalSeconds));
        return ErrorBody.WriteAsync(
            http, ErrorKind.TooMany, $"Too many requests: {rule.Limit} in {rule.Window.TotalSeconds:F0} s are allowed.", wait);
    }

    private static void Tell(IHeaderDictionary headers, RateVerdict verdict)
    {
        headers["X-RateLimit-Limit"] = verdict.Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = verdict.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = verdict.ResetAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    }
}
