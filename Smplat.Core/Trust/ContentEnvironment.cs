using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Trust;

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
