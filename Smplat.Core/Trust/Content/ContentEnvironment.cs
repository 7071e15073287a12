using Microsoft.Extensions.Options;
using Smplat.Core.Settings;

namespace Smplat.Core.Trust.Content;

/// <summary>Which environment's content this app shows.</summary>
public sealed class ContentEnvironment(IOptionsMonitor<TrustOptions> options, IOptionsMonitor<RuntimeOptions> runtime)
{
    public string Current => options.CurrentValue.ContentEnvironment ?? runtime.CurrentValue.Environment.ToLowerInvariant() switch
    {
        "production" => "production",
        "staging" => "test",
        _ => "development",
    };
}
