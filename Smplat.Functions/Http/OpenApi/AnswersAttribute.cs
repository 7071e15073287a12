namespace Smplat.Functions.Http.OpenApi;

/// <summary>One status that an operation answers with.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswersAttribute : Attribute
{
    /// <param name="type">The record that the body is written from.</param>
    public AnswersAttribute(int status, Type type, Naming naming)
    {
        Status = status;
        Type = type;
        Naming = naming;
    }

    /// <summary>A status without a JSON body of its own, or with the common error body.</summary>
    public AnswersAttribute(int status, string description)
    {
        Status = status;
        Description = description;
    }

    public int Status { get; }

    public Type? Type { get; }

    public Naming Naming { get; }

    public string? Description { get; init; }

    /// <summary>Media type when it is not JSON.</summary>
    public string? ContentType { get; init; }
}
