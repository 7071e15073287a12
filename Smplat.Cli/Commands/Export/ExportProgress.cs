using Spectre.Console;

namespace Smplat.Cli.Commands.Export;

/// <summary>A progress bar on standard error, for people; nothing when it is redirected or rows go to somebody who reads along.</summary>
internal static class ExportProgress
{
    public static async Task<long> RunAsync(
        bool isStream, Func<Task<long>> count, Func<IProgress<long>?, Task<long>> work)
    {
        if (isStream || Console.IsErrorRedirected)
        {
            return await work(null);
        }

        var total = await count();
        return await Terminal.Error.Progress().StartAsync(async context =>
        {
            var bar = context.AddTask("Writing events", maxValue: Math.Max(1, total));
            var rows = await work(new Bar(bar));
            bar.Value = bar.MaxValue;
            return rows;
        });
    }

    private sealed class Bar(ProgressTask bar) : IProgress<long>
    {
        public void Report(long value) => bar.Value = value;
    }
}
