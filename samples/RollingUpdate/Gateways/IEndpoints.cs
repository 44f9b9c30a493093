using System.Net;

namespace Graceful.RollingUpdate;

/// <summary>Where a client's next connection goes. Existing connections stay where they are.</summary>
internal interface IEndpoints
{
    /// <summary>HTTP/1.1 in the clear.</summary>
    IPEndPoint NextHttp();

    /// <summary>TLS, for HTTP/2.</summary>
    IPEndPoint NextHttps();
}
