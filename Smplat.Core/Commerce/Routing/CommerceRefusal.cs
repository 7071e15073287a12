using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>A named reason why Commerce does not do what was asked, with its permanent code.</summary>
public abstract record CommerceRefusal(string Code, string Message) : Refusal(Code, Message)
{
    /// <summary>The request itself is wrong; repeating it is pointless.</summary>
    public sealed record Invalid(string Code, string Message) : CommerceRefusal(Code, Message);

    /// <summary>No provider is enabled for the request, or none gave a usable quote.</summary>
    public sealed record NoProviders(IReadOnlyList<ProviderId> Attempted, IReadOnlyDictionary<ProviderId, string> Errors)
        : CommerceRefusal("NO_PROVIDERS_AVAILABLE", "No providers returned valid quotes")
    {
        /// <summary>Who was not asked, and why.</summary>
        public IReadOnlyDictionary<ProviderId, string> Skipped { get; init; } = new Dictionary<ProviderId, string>();
    }

    /// <summary>The database cannot take the decision, so it is not answered.</summary>
    public sealed record StorageUnavailable()
        : CommerceRefusal("STORAGE_UNAVAILABLE", "The order could not be recorded, try again in a moment");

    public static Invalid InvalidJson(string message) => new("INVALID_JSON", message);

    public static Invalid InvalidRequest(string message) => new("INVALID_REQUEST", message);

    public static Invalid InvalidItems(string message) => new("INVALID_ITEMS", message);

    public static Invalid InvalidAddress(string message) => new("INVALID_ADDRESS", message);
}
