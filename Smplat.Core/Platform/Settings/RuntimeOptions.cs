using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Platform.Settings;

/// <summary>The environment of this process.</summary>
public sealed class RuntimeOptions
{
    /// <summary>
    /// <c>local</c>, <c>development</c>, <c>staging</c> or <c>production</c>. Default production, so that a forgotten
    /// setting restricts access instead of opening it. Only <c>local</c> may run without keys and with made-up data.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_ENVIRONMENT")]
    [SettingAlias("ENVIRONMENT", "LOOPGPT_ENV")]
    [RegularExpression("(?i)local|development|staging|production", ErrorMessage = "{0} must be local, development, staging or production.")]
    public string Environment { get; init; } = "production";

    /// <summary>Origin of the storefront, for links in messages. Default http://localhost:3000.</summary>
    [ConfigurationKeyName("FRONTEND_URL")]
    public Uri FrontendUrl { get; init; } = new("http://localhost:3000");

    /// <summary>Public origin of this app, for links in messages and CORS. Default http://localhost:7071.</summary>
    [ConfigurationKeyName("API_BASE_URL")]
    public Uri ApiBaseUrl { get; init; } = new("http://localhost:7071");

    /// <summary>
    /// Allows URLs in settings to point to loopback, private or link-local addresses. Default false; always allowed in a local
    /// run.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_ALLOW_PRIVATE_NETWORKS")]
    public bool AllowPrivateNetworks { get; init; }

    public bool IsLocal => Environment.Equals("local", StringComparison.OrdinalIgnoreCase);
}
