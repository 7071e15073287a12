namespace Smplat.Core.Fulfillment;

/// <summary>Which hosts tasks may reach.</summary>
public static class HostPolicy
{
    /// <returns>Why the address may not be called; null when it may.</returns>
    public static string? Refuse(Uri url, IReadOnlyCollection<string> allowedHosts) =>
        !url.IsAbsoluteUri || url.Scheme is not ("http" or "https") ? "Only http and https URLs can be called."
        : url.UserInfo.Length > 0 ? "A URL must not carry a user or password."
        : allowedHosts.Any(allowed => Matches(url.IdnHost, allowed)) ? null
        : $"The host {url.IdnHost} is not in FULFILLMENT_ALLOWED_HOSTS.";

    private static bool Matches(string host, string allowed) => allowed.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase) && host.Length > allowed.Length - 1
        : host.Equals(allowed, StringComparison.OrdinalIgnoreCase);
}
