using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Platform.Settings;

/// <summary>Where this process runs.</summary>
public sealed class RuntimeOptions
{
    /// <summary>
    /// <c>local</c>, <c>development</c>, <c>staging</c> or <c>production</c>. Default production, so that a forgotten
    /// setting closes doors instead of opening them. Only <c>local</c> may run without keys and with invented prices.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_ENVIRONMENT")]
    [SettingAlias("ENVIRONMENT", "LOOPGPT_ENV")]
    [RegularExpression("(?i)local|development|staging|production", ErrorMessage = "{0} must be local, development, staging or production.")]
    public string Environment { get; init; } = "production";

    /// <summary>Origin of the storefront, for links in messages. Default http://localhost:3000.</summary>
    [ConfigurationKeyName("FRONTEND_URL")]
    public Uri FrontendUrl { get; init; } = new("http://localhost:3000");

    /// <summary>Origin under which this app is reached, for links in messages and CORS. Default http://localhost:7071.</summary>
    [ConfigurationKeyName("API_BASE_URL")]
    public Uri ApiBaseUrl { get; init; } = new("http://localhost:7071");

    /// <summary>
    /// Lets addresses that are set here (vendors, Stripe, Slack, fulfillment endpoints, export webhooks) be loopback, private or
    /// link-local ones. Default false; always allowed in a local run.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_ALLOW_PRIVATE_NETWORKS")]
    public bool AllowPrivateNetworks { get; init; }

    public bool IsLocal => Environment.Equals("local", StringComparison.OrdinalIgnoreCase);
}
