using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Http;

/// <summary>What the caller of an open route may see beyond what everybody may.</summary>
public sealed class CallerRights(KeyRing keys, IOptionsMonitor<RuntimeOptions> runtime)
{
    /// <summary>True for an operator's key, and for everybody in a local run without keys.</summary>
    public bool IsOperator(HttpContext context) =>
        keys.IsEmpty ? runtime.CurrentValue.IsLocal : context.Caller().Key?.Scopes.Contains(KeyScope.Operator) == true;
}
