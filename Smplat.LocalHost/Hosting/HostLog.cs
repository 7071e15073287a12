using System.Globalization;
using System.Text;
using Smplat.LocalHost.Hosting.Rpc;

namespace Smplat.LocalHost.Hosting;

/// <summary>
/// One log for host and worker, one line per entry, in order. JSON lines of the worker are written unchanged; others become
/// <c>12:00:01 info category: message</c>.
/// </summary>
/// <param name="write">Writes one line, or several for an exception; never called concurrently.</param>
/// <param name="logsRequests">Whether requests are logged; see <see cref="HostJson.LogsRequests"/>. The worker filters its own lines.</param>
public sealed class HostLog(Action<string> write, bool logsRequests, TimeProvider clock)
{
    private readonly Lock _gate = new();

    public void Information(string text) => Write(RpcLog.Types.Level.Information, "Host", text);

    public void Warning(string text) => Write(RpcLog.Types.Level.Warning, "Host", text);

    public void Error(string text) => Write(RpcLog.Types.Level.Error, "Host", text);

    /// <summary>A line from the worker's standard output or error.</summary>
    public void WorkerOutput(string line) => Put(line);

    /// <summary>Logs a request.</summary>
    public void Request(string method, string path, int status, TimeSpan took, string function)
    {
        if (logsRequests)
        {
            Write(
                RpcLog.Types.Level.Information, function,
                string.Create(CultureInfo.InvariantCulture, $"{method} {path} {status} in {took.TotalMilliseconds:0.0} ms"));
        }
    }

    /// <summary>A line of the worker's log. Lines of its runtime are shown from level warning on.</summary>
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
