using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Notifications;

/// <param name="Format"><c>html</c> or <c>text</c>.</param>
public sealed record PreviewQuery(string Format)
{
    public static PreviewQuery Read(Fields fields) => new(fields.Label("format", ["html", "text"]) ?? "html");
}
