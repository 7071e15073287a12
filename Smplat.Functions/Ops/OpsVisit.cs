using Microsoft.AspNetCore.Http;

namespace Smplat.Functions.Ops;

/// <summary>A request of somebody who is signed in.</summary>
/// <param name="Token">What every form of the session carries.</param>
public sealed record OpsVisit(HttpRequest Request, OpsSession Session, string Token, DateTimeOffset Now)
{
    public string Actor => Session.Actor;

    /// <summary>A query parameter; null when it is missing, empty or given several times.</summary>
    public string? Query(string name) => Request.Query[name] is [{ Length: > 0 } value] ? value : null;
}
