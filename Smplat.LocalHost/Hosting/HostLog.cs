using System.Globalization;
using System.Text;
using Smplat.LocalHost.Hosting.Rpc;

namespace Smplat.LocalHost.Hosting;

/// <summary>
/// Everything that host and worker say, a line each, in the order in which it is said. Lines of the worker that are JSON
/// already pass as they are; others become <c>12:00:01 info category: message</c>.
/// </summary>
/// <param name="write">Takes one line, or several for an exception; called from many threads, one at a time.</param>
/// <param name="tellsRequests">Whether each request gets a line, as <c>Function</c> in <c>logging.logLevel</c> of host.json says. The worker's lines obey the worker's own filters.</param>
public sealed class HostLog(Action<string> write, bool tellsRequests, TimeProvider clock)
{
    private readonly Lock _gate = new();

    public void Information(string text) => Write(RpcLog.Types.Level.Information, "Host", text);

    public void Warning(string text) => Write(RpcLog.Types.Level.Warning, "Host", text);

    public void Error(string text) => Write(RpcLog.Types.Level.Error, "Host", text);

    /// <summary>A line that the worker printed instead of logging it.</summary>
    public void Printed(string line) => Put(line);

    /// <summary>The line of a request.</summary>
    public void Request(string method, string path, int status, TimeSpan took, string function)
    {
        if (tellsRequests)
        {
            Write(
                RpcLog.Types.Level.Information, function,
                string.Create(CultureInfo.InvariantCulture, $"{method} {path} {status} in {took.TotalMilliseconds:0.0} ms"));
        }
    }

    /// <summary>A line of the worker's log. What its runtime says of itself is shown from warnings on.</summary>
    public void Worker(RpcLog line)
    {
        if (line.LogCategory == RpcLog.Types.RpcLogCategory.CustomMetric
            || (line.LogCategory == RpcLog.Types.RpcLogCategory.System && line.Level < RpcLog.Types.Level.Warning))
        {
            return;
        }

        if (line.Message.StartsWith('{'))
        {
            Put(line.Message);
            return;
        }

        var text = new StringBuilder(line.Message);
        if (line.Exception is { } exception)
        {
            text.AppendLine().Append(exception.Message).AppendLine().Append(exception.StackTrace);
        }

        Write(line.Level, line.Category, text.ToString().TrimEnd());
    }

    private void Write(RpcLog.Types.Level level, string category, string text) =>
        Put(string.Create(CultureInfo.InvariantCulture, $"{clock.GetLocalNow():HH:mm:ss} {Label(level)} {category}: {text}"));

    private void Put(string line)
    {
        lock (_gate)
        {
            write(line);
        }
    }

    private static string Label(RpcLog.Types.Level level) => level switch
    {
        RpcLog.Types.Level.Trace => "trace",
        RpcLog.Types.Level.Debug => "debug",
        RpcLog.Types.Level.Information => "info",
        RpcLog.Types.Level.Warning => "warn",
        RpcLog.Types.Level.Error => "fail",
        _ => "crit",
    };
}
