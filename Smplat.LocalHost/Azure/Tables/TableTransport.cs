using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables;

/// <summary>Sends requests to one table service.</summary>
internal sealed class TableTransport(Uri endpoint, HttpPipeline pipeline, string version)
{
    private const string Json = "application/json;odata=minimalmetadata";
    private const string Scope = "https://storage.azure.com/.default";

    public static TableTransport ForKey(TableConnectionString account, TableClientOptions options) =>
        Create(account.Endpoint, new SharedKeyLitePolicy(account.AccountName, account.AccountKey), options);

    public static TableTransport ForCredential(Uri endpoint, TokenCredential credential, TableClientOptions options) =>
        Create(endpoint, new BearerTokenAuthenticationPolicy(credential, Scope), options);

    /// <param name="accepted">Error statuses that are answers here, not failures.</param>
    /// <exception cref="RequestFailedException">The service refused or could not be reached.</exception>
    public async Task<Response> SendAsync(
        TableRequest wanted, CancellationToken cancellationToken, params int[] accepted)
    {
        var message = pipeline.CreateMessage();
        var request = message.Request;
        request.Method = wanted.Method;
        request.Uri.Reset(new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/{wanted.Path}"));
        request.Headers.SetValue("x-ms-version", version);
        request.Headers.SetValue("DataServiceVersion", "3.0");
        request.Headers.SetValue(HttpHeader.Names.Accept, Json);
        if (wanted.IfMatch is { } etag)
        {
            request.Headers.SetValue(HttpHeader.Names.IfMatch, etag.ToString("H"));
        }

        if (wanted.Body is { } body)
        {
            request.Headers.SetValue(HttpHeader.Names.ContentType, "application/json");
            request.Headers.SetValue("Prefer", "return-no-content");
            request.Content = RequestContent.Create(body);
        }

        await pipeline.SendAsync(message, cancellationToken);
        return message.Response.Status < 400 || accepted.Contains(message.Response.Status)
            ? message.Response
            : throw new RequestFailedException(message.Response, null, TableErrors.Parser);
    }

    private static TableTransport Create(Uri endpoint, HttpPipelinePolicy authentication, TableClientOptions options) =>
        new(endpoint, HttpPipelineBuilder.Build(options, authentication), options.VersionHeader);
}
