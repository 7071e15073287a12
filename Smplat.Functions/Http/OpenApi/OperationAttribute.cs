namespace Smplat.Functions.Http.OpenApi;

/// <summary>What an operation is for, as the API document tells it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OperationAttribute(string summary) : Attribute
{
    public string Summary { get; } = summary;

    /// <summary>Heading under which the document lists it: a feature word.</summary>
    public required string Tag { get; init; }

    public string? Description { get; init; }
}
