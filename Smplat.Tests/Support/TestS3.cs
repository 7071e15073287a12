using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.S3;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Tests.Support;

/// <summary>A store that speaks S3's protocol, s3rver, with one bucket. Without Node.js the test is skipped, and fails in CI.</summary>
internal sealed partial class TestS3 : IAsyncDisposable
{
    public const string Bucket = "exports";

    /// <summary>The only credentials that s3rver knows.</summary>
    public const string Key = "S3RVER";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly TestFolder _folder;
    private readonly ExitCleanup _cleanup;

    private TestS3(Process process, TestFolder folder, Uri endpoint) => (_process, _folder, _cleanup, Endpoint) =
        (process, folder, ExitCleanup.Start("kill \"$1\"", process.Id.ToString(CultureInfo.InvariantCulture)), endpoint);

    public Uri Endpoint { get; }

    /// <summary>What the command line reads from the environment.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["GUARDRAIL_EXPORT_AWS_ACCESS_KEY_ID"] = Key,
        ["GUARDRAIL_EXPORT_AWS_SECRET_ACCESS_KEY"] = Key,
    };

    public static async Task<TestS3> StartAsync()
    {
        var node = await TestNode.FindAsync();
        var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var process = node.Start(
            Path.Combine("s3rver", "bin", "s3rver.js"), "-d", folder.Path, "-a", "127.0.0.1", "-p", "0", "--no-vhost-buckets", "--configure-bucket", Bucket);
        using var limit = new CancellationTokenSource(StartLimit);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
                return new(process, folder, new($"http://127.0.0.1:{match.Groups[1].Value}"));
            }
        }

        throw new AssertionException($"s3rver did not start: {await process.StandardError.ReadToEndAsync(limit.Token)}");
    }

    /// <summary>The names of all objects.</summary>
    public async Task<IReadOnlyList<string>> ListAsync()
    {
        using var client = Connect();
        return [.. ((await client.ListObjectsV2Async(new() { BucketName = Bucket })).S3Objects ?? []).Select(found => found.Key)];
    }

    public async Task<byte[]> ReadAsync(string name)
    {
        using var client = Connect();
        using var answer = await client.GetObjectAsync(Bucket, name);
        using var content = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(content);
        return content.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        _cleanup.Dispose();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private AmazonS3Client Connect() => new(
        new BasicAWSCredentials(Key, Key),
        new AmazonS3Config { ServiceURL = Endpoint.AbsoluteUri, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });

    [GeneratedRegex(@"listening on \S*?:(\d+)")]
    private static partial Regex Listening();
}
