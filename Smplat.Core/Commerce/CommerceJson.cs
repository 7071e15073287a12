using System.Text.Json.Serialization;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce;

/// <summary>Source-generated JSON of Commerce: camelCase, compact, no nulls. The same text goes to clients, sessions and caches.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProviderQuote))]
[JsonSerializable(typeof(QuoteRequest))]
public sealed partial class CommerceJson : JsonSerializerContext;
