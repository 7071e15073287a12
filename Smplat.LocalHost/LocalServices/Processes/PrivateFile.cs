namespace Smplat.LocalHost.LocalServices.Processes;

/// <summary>Writes files that only this user may read: they hold a password.</summary>
public static class PrivateFile
{
    /// <summary>Replaces the file in one step, so that a reader sees the old text or the new one, never half of it.</summary>
    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var draft = $"{path}.{Environment.ProcessId}";
        File.Delete(draft);
        using (var writer = new StreamWriter(draft, options))
        {
            writer.Write(text);
        }

        File.Move(draft, path, overwrite: true);
    }
}
