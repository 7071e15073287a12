using System.Text.Json;

namespace Smplat.Functions.Trust;

/// <summary>What the content system posts, as the API document shows it.</summary>
public sealed record TrustContentMessage(
    string Collection,
    JsonElement? Doc,
    JsonElement? PreviousDoc,
    string? Environment,
    string? DocId,
    string? PreviousDocId,
    string? RequestId);
