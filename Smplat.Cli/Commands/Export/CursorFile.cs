using System.Text.Json;

namespace Smplat.Cli.Commands.Export;

/// <summary>The place where the last export ended, kept in a small file that is replaced in one step.</summary>
internal sealed class CursorFile(string path)
{
    public string? Read()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            return document.RootElement.GetProperty("cursor").GetString();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UsageException($"{path} holds no cursor; remove it to start from the beginning.");
        }
    }

    public void Write(string cursor)
    {
        var part = $"{path}.part";
        File.WriteAllText(part, JsonSerializer.Serialize(new { cursor }));
        File.Move(part, path, overwrite: true);
    }
}
