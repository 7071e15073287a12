using System.Text.Json.Serialization;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>JSON of routing: sessions, stored decisions, answers and reports. Written with <see cref="CommerceJson.Text"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<SessionQuote>))]
[JsonSerializable(typeof(ScoreWeights))]
[JsonSerializable(typeof(DecisionRecord))]
[JsonSerializable(typeof(DecisionReplayReport))]
[JsonSerializable(typeof(ExperimentReport))]
[JsonSerializable(typeof(RouteOrderAnswer))]
[JsonSerializable(typeof(FailureAnswer))]
public sealed partial class RoutingJson : JsonSerializerContext;
