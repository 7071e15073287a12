using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Options;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Http;

/// <summary>Lets a request through when its key opens the function, and remembers who the caller is.</summary>
public sealed class AccessMiddleware(
    KeyRing keys,
    FunctionTraits traits,
    IOptionsMonitor<RuntimeOptions> runtime,
    IOptionsMonitor<HttpOptions> options,
    DurableCounters counters,
    KeyUseLog uses) : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            return next(context);
        }

        var trait = traits.Of(context.FunctionDefinition);
        var shown = ShownKey(http.Request);
        var match = shown is null ? null : keys.Match(shown);
        http.SetCaller(new(match, ClientAddress.Of(http, options.CurrentValue.ClientAddressHeader)));

        if (trait.Scope is not { } scope)
        {
            return trait.RefuseWrongKey && shown is not null && match is null && !keys.IsEmpty
                ? Refuse(http, KeyUseOutcome.WrongKey)
                : next(context);
        }

        if (keys.IsEmpty)
        {
            // Fail closed: only a local run may be without keys.
            if (runtime.CurrentValue.IsLocal)
            {
                return next(context);
            }

            Note(null, scope, KeyUseOutcome.NotConfigured);
            return ErrorBody.WriteAsync(http, ErrorKind.NotConfigured, "No API key is configured for this app; set CHECKOUT_API_KEY.");
        }

        var outcome = match is null ? shown is null ? KeyUseOutcome.NoKey : KeyUseOutcome.WrongKey
            : match.Scopes.Contains(scope) ? KeyUseOutcome.Opened
            : KeyUseOutcome.WrongScope;
        Note(match, scope, outcome);
        return outcome switch
        {
            KeyUseOutcome.Opened => next(context),
            KeyUseOutcome.WrongScope => ErrorBody.WriteAsync(http, ErrorKind.Forbidden, "This key does not open this route."),
            _ => Refuse(http, outcome),
        };
    }

    private void Note(KeyMatch? match, KeyScope scope, string outcome) =>
        uses.Note(match?.Name ?? "unknown", match?.Fingerprint ?? "", scope.ToString().ToLowerInvariant(), outcome);

    private Task Refuse(HttpContext http, string why)
    {
        counters.Increment("smplat_http_refused_total", ("reason", why));
        return ErrorBody.WriteAsync(http, ErrorKind.Unauthorized, "Invalid API key");
    }

    private static string? ShownKey(HttpRequest request)
    {
        if (request.Headers.TryGetValue("X-API-Key", out var header) && header.Count > 0)
        {
            return header[0];
        }

        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization[7..].Trim() : null;
    }
}
